package io.tailrace.e2e.streams;

/** What a word count gives out: so many of this word so far. */
public record WordCount(String word, long count) {}
