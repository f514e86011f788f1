package io.tailrace.cli.bench.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cli.UserError;
import org.junit.jupiter.api.Test;

class HeapTest {

    @Test
    void shouldFindWhatJcmdTells() {
        assertThat(
                        LiveHeap.usedBytes(
                                """
                        4711:
                         garbage-first heap   total 1048576K, used 34816K [0x00000000c0000000, 0x0000000100000000)
                          region size 1024K, 2 young (2048K), 1 survivors (1024K)
                         Metaspace       used 51234K, committed 51712K, reserved 1114112K
                        """))
                .isEqualTo(34_816 * 1024);
    }

    @Test
    void shouldFindWhatALaterJcmdTells() {
        assertThat(LiveHeap.usedBytes(
                        " garbage-first heap   total reserved 1048576K, committed 1048576K, used 3072K [0x0, 0x1)\n"))
                .isEqualTo(3_072 * 1024);
    }

    @Test
    void shouldShowWhatJcmdSaidInstead() {
        assertThatThrownBy(() -> LiveHeap.usedBytes("4711: no such process"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no such process");
    }

    @Test
    void shouldAddThePartsOfTheHeapAndNothingElse() {
        assertThat(
                        HeapWatch.usedBytes(
                                """
                        # TYPE jvm_memory_used_bytes gauge
                        jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 2.0E7
                        jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 1234567.0
                        jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 5.0E7
                        jvm_memory_max_bytes{area="heap",id="G1 Old Gen"} 1.0E9
                        """))
                .isEqualTo(21_234_567);
    }
}
