package io.tailrace.forwarder.tables.json;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Postgres's dates and times (DateStyle ISO, time zone UTC) in ISO-8601. What ISO-8601 cannot say, infinity, stays as it is.
 * Stateless.
 */
final class IsoText {
    private static final Pattern DATE = Pattern.compile("(\\d{4,})(-\\d\\d-\\d\\d)(.*?)( BC)?");
    private static final String UTC = "+00";
    /** Beyond the fourth digit, ISO-8601 wants a sign. */
    private static final int LAST_UNSIGNED_YEAR = 9999;

    private IsoText() {}

    static String date(String text) {
        Matcher parts = DATE.matcher(text);
        if (!parts.matches()) {
            return text;
        }
        long year = Long.parseLong(parts.group(1));
        String isoYear;
        if (parts.group(4) != null) {
            // There is no year 0 before Christ's, but there is one in ISO-8601.
            isoYear = year == 1 ? "0000" : "-%04d".formatted(year - 1);
        } else {
            isoYear = year > LAST_UNSIGNED_YEAR ? "+" + year : parts.group(1);
        }
        return isoYear + parts.group(2) + parts.group(3).replaceFirst("^ ", "T");
    }

    static String timestampWithZone(String text) {
        return withZone(date(text));
    }

    /** The offset as ISO-8601 has it: Z, or hours and minutes. */
    static String withZone(String text) {
        if (text.endsWith(UTC)) {
            return text.substring(0, text.length() - UTC.length()) + "Z";
        }
        return text.matches(".*[+-]\\d\\d") ? text + ":00" : text;
    }
}
