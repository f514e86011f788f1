package io.tailrace.broker.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Turns the bytes of one frame into a request, by kafka-clients' own parser.
 *
 * <p>ApiVersions is special: a client that is newer than this broker sends it at a version unknown here, and expects the
 * answer UNSUPPORTED_VERSION in a version 0 body. Such a request is not parsed; it becomes an {@link ApiVersionsRequest} of
 * version 0 that says so ({@link ApiVersionsRequest#hasUnsupportedRequestVersion()}). Any other request of an unknown key or
 * version is an error that closes the connection.
 *
 * <p>Immutable.
 */
public final class RequestParser {
    private final ServedApis servedApis;

    public RequestParser(ServedApis servedApis) {
        this.servedApis = servedApis;
    }

    /**
     * Parses one frame.
     *
     * @param frame the frame without its length prefix; the request keeps referring to these bytes
     * @throws InvalidRequestException if the bytes are no request, or one that is not served; its message has no payload
     */
    public ParsedRequest parse(ByteBuffer frame, ClientConnection connection) {
        int sizeBytes = frame.remaining();
        RequestHeader header = RequestHeader.parse(frame);
        RequestReadable body = new RequestReadable(frame, ArrayGuard.of(header.apiKey()));
        KafkaRequest request = new KafkaRequest(header, parseBody(header, body), connection, sizeBytes);
        return new ParsedRequest(request, body.objectBytes());
    }

    private AbstractRequest parseBody(RequestHeader header, RequestReadable body) {
        if (isUnsupportedApiVersions(header)) {
            return new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, header.apiVersion());
        }
        requireServed(header);
        try {
            return AbstractRequest.parseRequest(header.apiKey(), header.apiVersion(), body).request;
        } catch (InvalidRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            String what = "malformed body of a " + header.apiKey() + " request of version " + header.apiVersion();
            throw new InvalidRequestException(what + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private void requireServed(RequestHeader header) {
        ApiKeys apiKey = header.apiKey();
        short version = header.apiVersion();
        boolean served = apiKey == ApiKeys.API_VERSIONS
                || (apiKey.isVersionSupported(version) && servedApis.isServed(apiKey, version));
        if (!served) {
            throw new InvalidRequestException(apiKey + " requests of version " + version + " are not served");
        }
    }

    /** The response to such a request is written as version 0, whatever the header says. */
    static boolean isUnsupportedApiVersions(RequestHeader header) {
        return header.apiKey() == ApiKeys.API_VERSIONS && !header.isApiVersionSupported();
    }
}
