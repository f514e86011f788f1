package io.tailrace.e2e.program;

import io.tailrace.local.FreePorts;
import io.tailrace.local.PostgresAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.utils.Utils;

/**
 * An address that leads to one Postgres and after a failover to another, as a virtual IP address does. Thread-safe. Owns: its
 * port, the connections and two threads for each.
 */
public final class VirtualAddress implements AutoCloseable {

    private static final InetAddress HOST = InetAddress.getLoopbackAddress();

    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile PostgresAddress server;

    public VirtualAddress(PostgresAddress server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(FreePorts.next(), 50, HOST);
        start(this::accept, "virtual-address");
    }

    /** Where programs find the Postgres, with its database and its role. */
    public PostgresAddress address() {
        return new PostgresAddress(
                HOST.getHostAddress(), listener.getLocalPort(), server.database(), server.user(), server.password());
    }

    /** From now on new connections get there; those to the server before are closed. */
    public void leadTo(PostgresAddress next) {
        server = next;
        connections.forEach(connection -> Utils.closeQuietly(connection, "connection"));
    }

    @Override
    public void close() {
        Utils.closeQuietly(listener, "listener");
        connections.forEach(connection -> Utils.closeQuietly(connection, "connection"));
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException e) {
                // The port is closed, or the connection has gone again: the program tries once more.
            }
        }
    }

    private void connect(Socket client) {
        connections.add(client);
        try {
            Socket connection = new Socket(HOST, server.port());
            connections.add(connection);
            start(() -> pass(client, connection), "to-server");
            start(() -> pass(connection, client), "to-client");
        } catch (IOException e) {
            end(client);
        }
    }

    private void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One side has ended it, and so does the other below.
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket connection) {
        connections.remove(connection);
        Utils.closeQuietly(connection, "connection");
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
