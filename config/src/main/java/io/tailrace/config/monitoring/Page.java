package io.tailrace.config.monitoring;

/** An answer over HTTP. */
public record Page(int status, String contentType, String text) {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String PLAIN = "text/plain; charset=utf-8";

    /** Metrics in Prometheus's text format. */
    public static Page metrics(String text) {
        return new Page(OK, PROMETHEUS, text);
    }

    /** The answer to a probe: whether all is well, and what is the matter. */
    public static Page probe(boolean well, String text) {
        return new Page(well ? OK : UNAVAILABLE, PLAIN, text + "\n");
    }
}
