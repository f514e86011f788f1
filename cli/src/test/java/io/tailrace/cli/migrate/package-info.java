@NullMarked
package io.tailrace.cli.migrate;

import org.jspecify.annotations.NullMarked;
