@NullMarked
package io.tailrace.forwarder.tables.checkpoint;

import org.jspecify.annotations.NullMarked;
