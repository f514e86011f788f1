/** A frame becomes a request, a response becomes a frame; Kafka's own classes do the parsing. */
@NullMarked
package io.tailrace.broker.protocol;

import org.jspecify.annotations.NullMarked;
