/**
 * A consumer group whose members come and go: each {@link io.tailrace.e2e.churn.Member} tells a
 * {@link io.tailrace.e2e.churn.GroupHistory} what it was given, what it read and what it committed, and
 * {@link io.tailrace.e2e.churn.CommittedOffsets} watches the committed offsets from outside.
 */
@NullMarked
package io.tailrace.e2e.churn;

import org.jspecify.annotations.NullMarked;
