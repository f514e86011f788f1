@NullMarked
package io.tailrace.forwarder.tables.target;

import org.jspecify.annotations.NullMarked;
