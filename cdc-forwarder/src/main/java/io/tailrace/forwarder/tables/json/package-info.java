/**
 * Changes as JSON. {@link io.tailrace.forwarder.tables.json.TypeCatalog} knows Postgres's types by their numbers, {@link
 * io.tailrace.forwarder.tables.json.ValueWriter} writes a value of one, and {@link
 * io.tailrace.forwarder.tables.json.ChangeJson} writes a record's key and value.
 */
@NullMarked
package io.tailrace.forwarder.tables.json;

import org.jspecify.annotations.NullMarked;
