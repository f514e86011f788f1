/**
 * {@code tailrace shadow}: which topics the forwarder carries on to the target, and how. The commands read and write Postgres
 * only; the forwarder takes up what it finds there.
 */
@NullMarked
package io.tailrace.cli.shadow;

import org.jspecify.annotations.NullMarked;
