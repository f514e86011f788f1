package io.tailrace.broker.api.group;

import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.utils.Utils;

/** What a client may do with a group, as a field of bits (KIP-430): everything, for there are no ACLs. */
final class GroupOperations {

    static final int ALL = Utils.to32BitField(Set.of(
            AclOperation.READ.code(),
            AclOperation.DESCRIBE.code(),
            AclOperation.DELETE.code(),
            AclOperation.DESCRIBE_CONFIGS.code(),
            AclOperation.ALTER_CONFIGS.code()));

    private GroupOperations() {}
}
