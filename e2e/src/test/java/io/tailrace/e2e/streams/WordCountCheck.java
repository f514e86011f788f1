package io.tailrace.e2e.streams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Judges what a {@link WordCountApp} gave out. Stateless. */
public final class WordCountCheck {

    private WordCountCheck() {}

    /**
     * Each word must have been counted up from 1 to the number of its occurrences, without a repetition or a gap.
     *
     * @param occurrences of each word in the input
     * @param counts in the order in which they stand in their partitions
     * @return what is wrong, a sentence each; empty if nothing is
     */
    public static List<String> counts(Map<String, Long> occurrences, List<WordCount> counts) {
        List<String> wrong = new ArrayList<>();
        Map<String, Long> reached = new HashMap<>();
        for (WordCount count : counts) {
            long before = reached.getOrDefault(count.word(), 0L);
            if (count.count() != before + 1) {
                wrong.add(count.word() + " was counted " + count.count() + " after " + before);
            }
            reached.put(count.word(), count.count());
        }
        wrong.addAll(latest(occurrences, reached));
        return wrong;
    }

    /**
     * The last value of every word must be the number of its occurrences.
     *
     * @param latest the last value of each key, of a changelog perhaps
     * @return what is wrong, a sentence each; empty if nothing is
     */
    public static List<String> latest(Map<String, Long> occurrences, Map<String, Long> latest) {
        List<String> wrong = new ArrayList<>();
        Map<String, Long> words = new TreeMap<>(occurrences);
        latest.keySet().forEach(word -> words.putIfAbsent(word, 0L));
        words.forEach((word, expected) -> {
            long last = latest.getOrDefault(word, 0L);
            if (last != expected) {
                wrong.add(word + " occurs " + expected + " times, its last count is " + last);
            }
        });
        return wrong;
    }
}
