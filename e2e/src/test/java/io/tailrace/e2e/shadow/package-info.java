/**
 * What stands on both sides of the forwarder: {@link io.tailrace.e2e.shadow.MixedLoad} makes topics of every kind, {@link
 * io.tailrace.e2e.shadow.SideBySide} compares the log with the target without Tailrace's own verifier, and {@link
 * io.tailrace.e2e.shadow.ChangedByte} falsifies a record in the files of the target.
 */
@NullMarked
package io.tailrace.e2e.shadow;

import org.jspecify.annotations.NullMarked;
