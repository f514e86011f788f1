/**
 * {@code tailrace shadow}: which topics the forwarder carries on to the target, and how. The commands read and write Postgres
 * only; the forwarder takes up what it finds there. {@code shadow refused}, {@code retry} and {@code replay}: what the target
 * refused, and what is to be sent to it again.
 */
@NullMarked
package io.tailrace.cli.shadow;

import org.jspecify.annotations.NullMarked;
