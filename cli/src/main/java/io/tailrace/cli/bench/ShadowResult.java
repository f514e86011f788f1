package io.tailrace.cli.bench;

/**
 * What forwarding came to, by the medians of the rounds; its components are the keys of the JSON output. Latencies are those
 * of producing, lags go from a record's acknowledgement to its append on the target; both in milliseconds.
 *
 * @param aloneRate records a second at full speed without a forwarder
 * @param rateRatio with a forwarder / without
 */
record ShadowResult(
        double lagP50,
        double lagP99,
        double lagP999,
        double aloneP50,
        double aloneP99,
        double shadowedP50,
        double shadowedP99,
        double aloneRate,
        double shadowedRate,
        double rateRatio) {}
