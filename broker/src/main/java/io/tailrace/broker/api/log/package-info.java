/** What reads and writes records: Produce, Fetch, ListOffsets. */
@NullMarked
package io.tailrace.broker.api.log;

import org.jspecify.annotations.NullMarked;
