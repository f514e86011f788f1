@NullMarked
package io.tailrace.forwarder.tables.json;

import org.jspecify.annotations.NullMarked;
