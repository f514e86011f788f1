/** How long to wait before the next attempt. */
@NullMarked
package io.tailrace.forwarder.retry;

import org.jspecify.annotations.NullMarked;
