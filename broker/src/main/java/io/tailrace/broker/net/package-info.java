/**
 * The broker's sockets, with Netty.
 *
 * <p>Enters: bytes of Kafka clients. Leaves: {@link io.tailrace.broker.protocol.KafkaRequest}s to the {@link
 * io.tailrace.broker.protocol.RequestDispatcher}, and the responses' bytes. Everything that belongs to one connection runs on its
 * event loop; what all connections share ({@link io.tailrace.broker.net.RequestMemory}, {@link
 * io.tailrace.broker.net.LogLimiter}, the connection count) is thread-safe.
 *
 * <p>{@link io.tailrace.broker.net.ConnectionLimit} sits before the acceptor. Then the pipeline of a connection, in the order
 * in which a frame meets it ({@link io.tailrace.broker.net.ConnectionInitializer}):
 *
 * <ol>
 *   <li>{@link io.tailrace.broker.net.TrafficCounter}: counts bytes, both ways.
 *   <li>{@code IdleStateHandler}: notices a connection that neither sends nor takes bytes.
 *   <li>{@code ChunkedWriteHandler}: (outbound) sends a large response piece by piece, as the client takes it.
 *   <li>{@link io.tailrace.broker.net.FrameDecoder}: bytes to frames, each with its reservation of memory; a frame that is too
 *       large or too slow ends the connection.
 *   <li>{@link io.tailrace.broker.net.RequestDecoder}: frame to request; one that is malformed or not served ends the connection.
 *   <li>{@link io.tailrace.broker.net.ResponseEncoder}: (outbound) Kafka's {@code Send} to buffers.
 *   <li>{@link io.tailrace.broker.net.RequestQueue}: dispatches the requests, and writes the responses in the requests' order.
 *   <li>{@link io.tailrace.broker.net.ConnectionFailureHandler}: what else goes wrong is logged and ends the connection.
 * </ol>
 *
 * <p>One {@link io.tailrace.broker.net.ReadGate} per connection stops reading while memory is short, too many requests are in
 * flight, the client does not take its responses, or the broker stops. A request's memory ({@link
 * io.tailrace.broker.net.MemoryReservation}) is handed along with it from step 4 to step 7, which gives it back when the response
 * has left.
 */
@NullMarked
package io.tailrace.broker.net;

import org.jspecify.annotations.NullMarked;
