/** Tests of the broker's sockets: one class per rule on an embedded channel, and one with real sockets. */
@NullMarked
package io.tailrace.broker.net;

import org.jspecify.annotations.NullMarked;
