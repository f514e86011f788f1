package io.tailrace.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns text into the typed value of a setting, and says in words what a setting takes. */
final class ValueParser {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18}) ?(|KiB|MiB|GiB)");
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final Pattern TIME = Pattern.compile("(\\d{1,12}) ?(ms|s|m|h|d)");
    private static final Map<String, Long> TIME_UNITS_MS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private ValueParser() {}

    /** The value, in its type and within its limits; throws IllegalArgumentException, without a message, where it is not. */
    static Object parse(SettingDefinition setting, String text) {
        String[] oneOf = setting.setting().oneOf();
        if (oneOf.length > 0 && !Arrays.asList(oneOf).contains(text)) {
            throw new IllegalArgumentException();
        }
        if (setting.isNumber()) {
            long number = limited(setting, text);
            return setting.type() == int.class ? (Object) Math.toIntExact(number) : (Object) number;
        } else if (setting.type() == Duration.class) {
            return Duration.ofMillis(limited(setting, text));
        } else if (setting.type() == boolean.class) {
            return bool(text);
        } else if (setting.type() == String.class) {
            if (setting.setting().required() && text.isBlank()) {
                throw new IllegalArgumentException();
            }
            return text;
        }
        throw new IllegalStateException("a setting of a type that nothing parses: " + setting);
    }

    /** What the setting takes, to complete "… is needed". */
    static String expected(SettingDefinition setting) {
        String[] oneOf = setting.setting().oneOf();
        if (oneOf.length > 0) {
            return "one of "
                    + String.join(
                            ", ",
                            Arrays.stream(oneOf).filter(one -> !one.isEmpty()).toList());
        } else if (setting.isSize()) {
            return "a size" + limits(setting) + ", in bytes or with KiB, MiB or GiB,";
        } else if (setting.isNumber()) {
            return "a whole number" + limits(setting);
        } else if (setting.type() == Duration.class) {
            return "a time" + limits(setting) + ", with its unit (ms, s, m, h or d),";
        } else if (setting.type() == boolean.class) {
            return "true or false";
        }
        return "a value that is not empty";
    }

    /** " from 1 to 9", or as much of it as there are limits. */
    static String limits(SettingDefinition setting) {
        String min = setting.setting().min();
        String max = setting.setting().max();
        return (min.isEmpty() ? "" : " from " + min) + (max.isEmpty() ? "" : " to " + max);
    }

    private static long limited(SettingDefinition setting, String text) {
        long value = amount(setting, text);
        String min = setting.setting().min();
        String max = setting.setting().max();
        if ((!min.isEmpty() && value < amount(setting, min)) || (!max.isEmpty() && value > amount(setting, max))) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static long amount(SettingDefinition setting, String text) {
        if (setting.type() == Duration.class) {
            return scaled(TIME.matcher(text.strip()), TIME_UNITS_MS);
        } else if (setting.isSize()) {
            return scaled(SIZE.matcher(text.strip()), SIZE_UNITS);
        }
        return Long.parseLong(text.strip());
    }

    private static long scaled(Matcher matcher, Map<String, Long> units) {
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), units.getOrDefault(matcher.group(2), 1L));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static boolean bool(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        };
    }
}
