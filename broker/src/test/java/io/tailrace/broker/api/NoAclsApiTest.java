package io.tailrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DescribeAclsRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class NoAclsApiTest {

    private static AbstractResponse ask(AbstractRequest body) {
        RequestHeader header = new RequestHeader(body.apiKey(), body.version(), "test", 1);
        return new NoAclsApi()
                .handle(new KafkaRequest(header, body, new TestConnection(), 100))
                .join();
    }

    @Test
    void shouldSayThatThereAreNone() {
        assertThat(ask(new DescribeAclsRequest.Builder(AclBindingFilter.ANY).build())
                        .errorCounts())
                .isEqualTo(Map.of(Errors.SECURITY_DISABLED, 1));
    }

    @Test
    void shouldRefuseEachChange() {
        // Given
        AbstractRequest create = new CreateAclsRequest.Builder(
                        new CreateAclsRequestData().setCreations(List.of(creation("a"), creation("b"))))
                .build();
        AbstractRequest delete =
                new DeleteAclsRequest.Builder(new DeleteAclsRequestData().setFilters(List.of(filter()))).build();

        // Then
        assertThat(ask(create).errorCounts()).isEqualTo(Map.of(Errors.SECURITY_DISABLED, 2));
        assertThat(ask(delete).errorCounts()).isEqualTo(Map.of(Errors.SECURITY_DISABLED, 1));
    }

    /** Of a topic, for everybody, to read. */
    private static AclCreation creation(String topic) {
        return new AclCreation()
                .setResourceType((byte) 2)
                .setResourceName(topic)
                .setResourcePatternType((byte) 3)
                .setPrincipal("User:*")
                .setHost("*")
                .setOperation((byte) 3)
                .setPermissionType((byte) 3);
    }

    private static DeleteAclsFilter filter() {
        return new DeleteAclsFilter()
                .setResourceTypeFilter((byte) 2)
                .setPatternTypeFilter((byte) 3)
                .setOperation((byte) 3)
                .setPermissionType((byte) 3);
    }
}
