package io.tailrace.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports that nobody listens on. They lie below the range from which Linux takes the local ends of outgoing
 * connections (32768 and up), so that a server which stops for a moment gets its port back.
 */
public final class FreePorts {

    private static final int LOWEST = 20_000;
    private static final int HIGHEST_EXC = 32_000;
    private static final int CONNECT_LIMIT_MS = 5_000;

    private FreePorts() {}

    /** A port of 127.0.0.1 that is free now. */
    public static int next() {
        for (int attempt = 0; attempt < 200; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST_EXC);
            if (isFree("127.0.0.1", port)) {
                return port;
            }
        }
        throw new LocalServerException("no free port found between " + LOWEST + " and " + HIGHEST_EXC);
    }

    /** Whether a server could listen there now. Holds the port while it looks. */
    public static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether a server takes connections there. Asks by connecting, for a server that starts: whoever looks by binding
     * the port may be holding it just when the server wants it.
     */
    public static boolean isListening(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), CONNECT_LIMIT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
