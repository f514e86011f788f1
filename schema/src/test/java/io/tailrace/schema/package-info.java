@NullMarked
package io.tailrace.schema;

import org.jspecify.annotations.NullMarked;
