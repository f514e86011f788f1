package io.tailrace.broker.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.protocol.RequestParser;
import io.tailrace.broker.protocol.ServedApis;
import io.tailrace.config.ListenerConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for Kafka clients.
 *
 * <p>Thread-safe. Owns: the listening socket, the connections and the event loops.
 */
public final class BrokerServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrokerServer.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int BACKLOG = 1024;

    private final EventLoopGroup eventLoops;
    private final ChannelGroup connections;
    private final TrafficCounter traffic;
    private final Channel listener;

    private BrokerServer(
            EventLoopGroup eventLoops, ChannelGroup connections, TrafficCounter traffic, Channel listener) {
        this.eventLoops = eventLoops;
        this.connections = connections;
        this.traffic = traffic;
        this.listener = listener;
    }

    /**
     * Begins to listen.
     *
     * @throws ListenException if the address cannot be bound
     */
    public static BrokerServer start(ListenerConfig config, ServedApis servedApis, RequestDispatcher dispatcher) {
        EventLoopGroup eventLoops = new MultiThreadIoEventLoopGroup(
                config.ioThreads(), new DefaultThreadFactory("tailrace-net"), NioIoHandler.newFactory());
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ConnectionInitializer initializer = new ConnectionInitializer(
                config,
                new RequestParser(servedApis),
                dispatcher,
                new RequestMemory(config.maxRequestMemoryBytes()),
                connections);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ConnectionLimit(config.maxConnections(), LogLimiter.ofDefaultRate()))
                .childHandler(initializer);
        ChannelFuture bound = bootstrap.bind(config.host(), config.port()).awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            shutDown(eventLoops);
            throw BindFailure.toException(config, failure);
        }
        LOGGER.atInfo().addKeyValue("address", bound.channel().localAddress()).log("listening for Kafka clients");
        return new BrokerServer(eventLoops, connections, initializer.traffic(), bound.channel());
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** The bytes of all connections since the start. */
    public TrafficCounter traffic() {
        return traffic;
    }

    /** The port that is bound. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Reads no more from connections that have been open for longer; each closes when its requests under way are answered. */
    public void closeOlderThan(Duration age) {
        long openedBeforeNs = System.nanoTime() - age.toNanos();
        for (Channel connection : connections) {
            Long openedNs = connection.attr(ConnectionInitializer.OPENED_NS).get();
            if (openedNs != null && openedNs - openedBeforeNs < 0) {
                connection.pipeline().fireUserEventTriggered(RequestQueue.STOP);
            }
        }
    }

    /**
     * Accepts and reads no more; each connection closes when its requests under way are answered. Does not wait for that, so that
     * what serves the requests can then be told to finish them early. Idempotent.
     */
    public void stopAccepting() {
        listener.close().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
        for (Channel connection : connections) {
            connection.pipeline().fireUserEventTriggered(RequestQueue.STOP);
        }
    }

    /** Stops accepting, lets responses under way leave for at most five seconds, then closes everything. Idempotent. */
    @Override
    public void close() {
        stopAccepting();
        boolean drained = connections.newCloseFuture().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
        if (!drained) {
            LOGGER.atWarn()
                    .addKeyValue("connections", connections.size())
                    .log("connections closed with requests under way");
        }
        connections.close().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
        shutDown(eventLoops);
    }

    private static void shutDown(EventLoopGroup eventLoops) {
        eventLoops
                .shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * CLOSE_TIMEOUT.toMillis());
    }
}
