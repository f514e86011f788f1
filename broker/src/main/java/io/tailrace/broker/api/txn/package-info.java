/** Producer ids and transactions. */
@NullMarked
package io.tailrace.broker.api.txn;

import org.jspecify.annotations.NullMarked;
