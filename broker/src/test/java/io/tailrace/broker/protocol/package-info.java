/** Tests of the way from frames to requests and back, over every API and version that kafka-clients knows. */
@NullMarked
package io.tailrace.broker.protocol;

import org.jspecify.annotations.NullMarked;
