/** Requests of Kafka's protocol, byte by byte where need be: what no client would send, and the order of answers. */
@NullMarked
package io.tailrace.e2e.wire;

import org.jspecify.annotations.NullMarked;
