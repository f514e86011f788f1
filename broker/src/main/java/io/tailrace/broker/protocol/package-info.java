/**
 * A frame becomes a request, a response becomes a frame; Kafka's own classes do the parsing.
 *
 * <p>Enters: the bytes of one frame ({@link io.tailrace.broker.protocol.RequestParser}). Leaves: a {@link
 * io.tailrace.broker.protocol.KafkaRequest} to the {@link io.tailrace.broker.protocol.RequestDispatcher}; and, the way back, the
 * frame of its response or error ({@link io.tailrace.broker.protocol.ResponseSerializer}). Everything here runs on the event
 * loop of the connection and keeps no state; nothing here knows Netty.
 *
 * <p>The parser of kafka-clients trusts its input. {@link io.tailrace.broker.protocol.RequestReadable} and {@link
 * io.tailrace.broker.protocol.ArrayGuard} stand between it and the bytes, and bound the heap and the time that a frame can cost.
 */
@NullMarked
package io.tailrace.broker.protocol;

import org.jspecify.annotations.NullMarked;
