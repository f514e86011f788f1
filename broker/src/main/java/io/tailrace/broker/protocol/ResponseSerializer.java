package io.tailrace.broker.protocol;

import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.jspecify.annotations.Nullable;

/**
 * Turns the outcome of a request into what the client gets.
 *
 * <p>Kafka's {@link Send} refers to the response's record buffers and copies none of them. Stateless.
 */
public final class ResponseSerializer {
    private ResponseSerializer() {}

    /**
     * Ends a request that was answered.
     *
     * @param response null if the request has none
     */
    public static Reply reply(KafkaRequest request, @Nullable AbstractResponse response) {
        if (expectsNoResponse(request)) {
            return new Reply.Nothing();
        }
        if (response == null) {
            return replyToFailure(request, new IllegalStateException("no response to a request that expects one"));
        }
        try {
            return new Reply.Frame(serialize(request, response));
        } catch (RuntimeException | Error e) {
            return replyToFailure(request, e);
        }
    }

    /** Ends a request that failed, with an error that the client understands. */
    public static Reply replyToFailure(KafkaRequest request, Throwable failure) {
        Throwable error = ClientErrors.toClientError(request, failure);
        try {
            AbstractResponse response = request.body().getErrorResponse(error);
            return response == null
                    ? new Reply.Close("a produce request with acks=0 failed: " + Errors.forException(error))
                    : new Reply.Frame(serialize(request, response));
        } catch (RuntimeException | Error e) {
            ClientErrors.logUnexpected(request, e);
            return new Reply.Close("a request failed, and so did its error response");
        }
    }

    private static boolean expectsNoResponse(KafkaRequest request) {
        return request.body() instanceof ProduceRequest produce && produce.acks() == 0;
    }

    private static Send serialize(KafkaRequest request, AbstractResponse response) {
        short version = RequestParser.isUnsupportedApiVersions(request.header())
                ? ApiKeys.API_VERSIONS.oldestVersion()
                : request.version();
        return response.toSend(request.header().toResponseHeader(), version);
    }
}
