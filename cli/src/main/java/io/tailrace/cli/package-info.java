/**
 * The command line, and the one place that puts the programs together. {@link io.tailrace.cli.Main} finds the
 * sub-command: {@code broker} and {@code forwarder} run one program each in this process until a signal comes,
 * {@code dev} runs everything as child processes, {@code kafka} is Apache Kafka's own tools, {@code sql} asks the
 * database, {@code shadow} says which topics are forwarded, {@code bench} measures.
 *
 * <p>What a user can mend is a {@link io.tailrace.cli.UserError}, printed as a sentence; all else is a stack trace.
 */
@NullMarked
package io.tailrace.cli;

import org.jspecify.annotations.NullMarked;
