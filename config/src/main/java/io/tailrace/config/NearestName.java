package io.tailrace.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that someone probably meant: the same one in its section, or else the one with the fewest typing errors. */
final class NearestName {
    private NearestName() {}

    static String question(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparing((String candidate) -> !candidate.endsWith("." + name))
                        .thenComparingInt(candidate -> distance(name, candidate)))
                .map(nearest -> "did you mean `" + nearest + "`?")
                .orElse("there are no settings");
    }

    /** Insertions, deletions, replacements and swaps of neighbours that lead from one to the other. */
    static int distance(String from, String to) {
        int[][] steps = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : fewest(steps, from, to, i, j);
            }
        }
        return steps[from.length()][to.length()];
    }

    private static int fewest(int[][] steps, String from, String to, int i, int j) {
        int replace = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int fewest = Math.min(steps[i - 1][j - 1] + replace, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(fewest, steps[i - 2][j - 2] + 1) : fewest;
    }
}
