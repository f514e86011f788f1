package io.tailrace.e2e.wire;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** One connection to a broker, with requests and answers by Kafka's own codec. Confined to one thread. Owns: the socket. */
public final class WireConnection implements AutoCloseable {

    private static final int ANSWER_LIMIT_MS = 60_000;

    private final Socket socket;
    private final DataOutputStream output;
    private final DataInputStream input;
    private final Deque<RequestHeader> unanswered = new ArrayDeque<>();
    private int correlationId;

    public WireConnection(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.setTcpNoDelay(true);
            output = new DataOutputStream(socket.getOutputStream());
            input = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request in its own version and waits for the answer. */
    public <T extends AbstractResponse> T call(AbstractRequest request, Class<T> responseType) {
        write(request);
        return responseType.cast(read());
    }

    /** Sends without waiting; {@link #read} then gives the answers in this order. */
    public void write(AbstractRequest request) {
        RequestHeader header = new RequestHeader(request.apiKey(), request.version(), "e2e", ++correlationId);
        writeFrame(request.serializeWithHeader(header));
        unanswered.add(header);
    }

    /** Sends a request to which no answer comes. */
    public void writeWithoutAnswer(AbstractRequest request) {
        write(request);
        unanswered.removeLast();
    }

    /** The answer to the oldest request; fails if it carries another correlation id. */
    public AbstractResponse read() {
        try {
            byte[] bytes = new byte[input.readInt()];
            input.readFully(bytes);
            return AbstractResponse.parseResponse(ByteBuffer.wrap(bytes), unanswered.remove());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes as they are. */
    public void writeBytes(byte[] bytes) {
        try {
            output.write(bytes);
            output.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the other side closes the connection; false if it answers instead. */
    public boolean isClosedByPeer() {
        try {
            input.readByte();
            return false;
        } catch (EOFException | SocketException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeFrame(ByteBuffer payload) {
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + payload.remaining());
        frame.putInt(payload.remaining()).put(payload);
        writeBytes(frame.array());
    }
}
