package io.tailrace.forwarder.route;

import java.util.List;
import java.util.regex.Pattern;

/** Names in which {@code *} stands for any characters and {@code ?} for one. Immutable. */
public final class NamePatterns {
    private final List<Pattern> patterns;

    public NamePatterns(List<String> patterns) {
        this.patterns = patterns.stream().map(NamePatterns::compile).toList();
    }

    private static Pattern compile(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char character = pattern.charAt(i);
            switch (character) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(character)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** Whether one of them fits. */
    public boolean match(String name) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
}
