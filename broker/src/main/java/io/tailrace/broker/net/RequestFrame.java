package io.tailrace.broker.net;

import java.nio.ByteBuffer;

/** A complete frame without its length prefix, and the memory that it takes. Whoever holds it releases the memory. */
record RequestFrame(ByteBuffer bytes, MemoryReservation memory) {}
