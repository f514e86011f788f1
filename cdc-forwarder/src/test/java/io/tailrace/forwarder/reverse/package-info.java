/** Tests of the way back. */
@NullMarked
package io.tailrace.forwarder.reverse;

import org.jspecify.annotations.NullMarked;
