/** Tests of the servers that tests run against. */
@NullMarked
package io.tailrace.local;

import org.jspecify.annotations.NullMarked;
