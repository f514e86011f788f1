package io.tailrace.cli.bench;

/**
 * What producing to one kind of topic came to; its components are the keys of the JSON output.
 *
 * @param recordsPerSecond the median of the rounds
 * @param ratio to the topic that keeps everything
 * @param rowsLeft rows in Postgres when the last round's producer had ended
 */
record CleaningResult(String topic, double recordsPerSecond, double ratio, long rowsLeft) {}
