/** What makes, changes and removes topics. */
@NullMarked
package io.tailrace.broker.api.topic;

import org.jspecify.annotations.NullMarked;
