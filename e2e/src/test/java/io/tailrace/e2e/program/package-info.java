/**
 * The packaged programs as child processes, with configuration files as users write them, and the servers around them.
 * {@link io.tailrace.e2e.program.Programs} starts and ends them and keeps their logs in {@code target/e2e-logs};
 * {@link io.tailrace.e2e.program.Databases} makes databases in the Postgres that all tests share.
 */
@NullMarked
package io.tailrace.e2e.program;

import org.jspecify.annotations.NullMarked;
