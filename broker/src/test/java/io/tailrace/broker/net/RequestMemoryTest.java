package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RequestMemoryTest {
    private final RequestMemory memory = new RequestMemory(100);
    private final List<String> granted = new ArrayList<>();

    private MemoryReservation reserve(int bytes, String name) {
        return memory.reserve(bytes, () -> granted.add(name));
    }

    @Test
    void shouldGrantInTheOrderOfAsking() {
        // Given
        MemoryReservation first = reserve(60, "first");
        MemoryReservation large = reserve(80, "large");
        MemoryReservation small = reserve(10, "small");
        assertThat(first.grantedAtOnce()).isTrue();
        assertThat(large.grantedAtOnce()).isFalse();
        assertThat(small.grantedAtOnce()).isFalse();

        // When
        first.release();

        // Then
        assertThat(granted).containsExactly("large", "small");
        assertThat(memory.usedBytes()).isEqualTo(90);
    }

    @Test
    void shouldGrantMoreThanTheLimitOnlyAlone() {
        // Given
        MemoryReservation small = reserve(1, "small");
        MemoryReservation huge = reserve(500, "huge");
        assertThat(huge.grantedAtOnce()).isFalse();

        // When
        small.release();

        // Then
        assertThat(granted).containsExactly("huge");
        assertThat(reserve(1, "next").grantedAtOnce()).isFalse();
    }

    @Test
    void shouldReleaseOnce() {
        // Given
        MemoryReservation first = reserve(60, "first");
        MemoryReservation second = reserve(40, "second");

        // When
        first.release();
        first.release();

        // Then
        assertThat(memory.usedBytes()).isEqualTo(40);
        second.release();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void shouldLetTheNextPassWhenAWaiterGivesUp() {
        // Given
        MemoryReservation first = reserve(60, "first");
        MemoryReservation large = reserve(80, "large");
        MemoryReservation small = reserve(10, "small");

        // When
        large.release();

        // Then
        assertThat(granted).containsExactly("small");
        first.release();
        small.release();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void shouldCountWhatIsAddedLater() {
        // Given
        MemoryReservation first = reserve(10, "first");

        // When
        first.add(95);

        // Then
        assertThat(reserve(1, "next").grantedAtOnce()).isFalse();
        first.release();
        assertThat(granted).containsExactly("next");
        assertThat(memory.usedBytes()).isEqualTo(1);
    }

    @Test
    @Timeout(60)
    void shouldStayWithinTheLimitUnderContention() throws Exception {
        // Given
        AtomicLong used = new AtomicLong();
        AtomicLong peak = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();

        // When
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(thread);
            done.add(threads.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    int bytes = 1 + random.nextInt(60);
                    MemoryReservation reservation = await(bytes);
                    peak.accumulateAndGet(used.addAndGet(bytes), Math::max);
                    used.addAndGet(-bytes);
                    reservation.release();
                }
                return null;
            }));
        }
        for (Future<?> future : done) {
            future.get();
        }

        // Then
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(peak.get()).isLessThanOrEqualTo(100);
        assertThat(memory.usedBytes()).isZero();
        assertThat(memory.waiting()).isZero();
    }

    private MemoryReservation await(int bytes) throws InterruptedException {
        BlockingQueue<String> signal = new ArrayBlockingQueue<>(1);
        MemoryReservation reservation = memory.reserve(bytes, () -> signal.add("granted"));
        if (!reservation.grantedAtOnce()) {
            assertThat(signal.take()).isEqualTo("granted");
        }
        return reservation;
    }
}
