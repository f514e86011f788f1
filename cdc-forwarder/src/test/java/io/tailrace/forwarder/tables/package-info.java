@NullMarked
package io.tailrace.forwarder.tables;

import org.jspecify.annotations.NullMarked;
