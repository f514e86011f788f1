package io.tailrace.broker.net;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import io.tailrace.broker.protocol.ClientConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.network.ClientInformation;

/** What request handlers see of a connection. Thread-safe: the set is, and an action is run by whoever takes it out. */
final class NettyClientConnection implements ClientConnection {
    private static final int MAX_INFORMATION_LENGTH = 256;

    private final Channel channel;
    private final String id;
    private final Set<CloseAction> closeActions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile ClientInformation information = ClientInformation.EMPTY;

    NettyClientConnection(Channel channel, long number) {
        this.channel = channel;
        this.id = number + "-" + NetUtil.toSocketAddressString(remote(channel));
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public InetAddress clientAddress() {
        return remote(channel).getAddress();
    }

    @Override
    public int clientPort() {
        return remote(channel).getPort();
    }

    @Override
    public ClientInformation clientInformation() {
        return information;
    }

    @Override
    public void identify(ClientInformation said) {
        if (said.softwareName().length() + said.softwareVersion().length() <= MAX_INFORMATION_LENGTH) {
            this.information = said;
        }
    }

    /** The client's address; a channel that is no socket has this machine's. */
    private static InetSocketAddress remote(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress address
                ? address
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public AutoCloseable onClose(Runnable action) {
        CloseAction closeAction = new CloseAction(action);
        closeActions.add(closeAction);
        if (closed) {
            runOnEventLoop();
        }
        return () -> closeActions.remove(closeAction);
    }

    @Override
    public ScheduledExecutorService thread() {
        return channel.eventLoop();
    }

    @Override
    public void throttle(int throttleMs) {
        channel.eventLoop()
                .execute(() -> channel.pipeline().fireUserEventTriggered(new RequestQueue.Throttle(throttleMs)));
    }

    private void runOnEventLoop() {
        if (channel.eventLoop().inEventLoop()) {
            runCloseActions();
        } else {
            channel.eventLoop().execute(this::runCloseActions);
        }
    }

    /** On the event loop. */
    void closed() {
        closed = true;
        runCloseActions();
    }

    private void runCloseActions() {
        for (CloseAction closeAction : List.copyOf(closeActions)) {
            if (closeActions.remove(closeAction)) {
                closeAction.run();
            }
        }
    }

    /** Compared by identity, so that the same action may wait twice. */
    private static final class CloseAction implements Runnable {
        private final Runnable action;

        private CloseAction(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            action.run();
        }
    }
}
