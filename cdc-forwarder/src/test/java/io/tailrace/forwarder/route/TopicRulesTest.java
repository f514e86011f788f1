package io.tailrace.forwarder.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which topics are forwarded, and where to. */
class TopicRulesTest {
    private final TopicRules rules = new TopicRules(List.of("shop.*", "orders"), List.of("*.internal"));

    private static KnownTopic topic(int id, String name, ShadowConfig shadow, @Nullable TopicState state) {
        return new KnownTopic(new SourceTopic(id, name, 4, Map.of()), shadow, false, state);
    }

    private static ShadowConfig to(@Nullable String target) {
        return new ShadowConfig(true, target, 100, 100);
    }

    private static TopicState at(String target) {
        return new TopicState(target, List.of(0), 100, Map.of(), null);
    }

    private Route route(KnownTopic topic) {
        return rules.routes(List.of(topic)).get(0).route();
    }

    @Test
    void shouldGoByThePatternsWithoutARow() {
        assertThat(route(topic(1, "shop.a", ShadowConfig.NONE, null)).isForwarded())
                .isTrue();
        assertThat(route(topic(1, "payments", ShadowConfig.NONE, null)).obstacle())
                .isEqualTo("not in shadow.include");
        assertThat(route(topic(1, "shop.internal", ShadowConfig.NONE, null)).obstacle())
                .isEqualTo("in shadow.exclude");
    }

    @Test
    void shouldGoByTheRowBeforeThePatterns() {
        assertThat(route(topic(1, "payments", to(null), null)).isForwarded()).isTrue();
        assertThat(route(topic(1, "orders", new ShadowConfig(false, null, 100, 100), null))
                        .obstacle())
                .startsWith("disabled");
        assertThat(route(topic(1, "payments", new ShadowConfig(null, "p", 50, 100), null))
                        .obstacle())
                .isEqualTo("not in shadow.include");
    }

    @Test
    void shouldStartAnewWhereTheTargetIsAnotherOne() {
        // When
        RoutedTopic moved =
                rules.routes(List.of(topic(1, "orders", to("b"), at("a")))).get(0);
        RoutedTopic same =
                rules.routes(List.of(topic(1, "orders", to("a"), at("a")))).get(0);
        RoutedTopic off = rules.routes(List.of(topic(1, "orders", new ShadowConfig(false, "b", 100, 100), at("a"))))
                .get(0);

        // Then
        assertThat(moved.startsAnew()).isTrue();
        assertThat(same.startsAnew()).isFalse();
        assertThat(off.startsAnew()).isFalse();
    }

    @Test
    void shouldLeaveATargetToTheOneThatHasIt() {
        // When
        List<RoutedTopic> routed = rules.routes(
                List.of(topic(1, "orders", to("shop.a"), at("orders")), topic(9, "shop.a", to(null), at("shop.a"))));

        // Then
        assertThat(routed).filteredOn(topic -> topic.topic().id() == 9).allMatch(topic -> topic.route()
                .isForwarded());
        assertThat(routed)
                .filteredOn(topic -> topic.topic().id() == 1)
                .allMatch(topic -> String.valueOf(topic.route().obstacle()).contains("belongs to shop.a"));
    }

    @Test
    void shouldSendWhatIsLeftOfADeletedTopicToWhereItWent() {
        // Given
        KnownTopic deleted =
                new KnownTopic(new SourceTopic(1, "orders", 4, Map.of()), ShadowConfig.NONE, true, at("copy"));

        // Then
        assertThat(rules.route(deleted).route().target()).isEqualTo("copy");
        assertThat(rules.route(deleted).startsAnew()).isFalse();
    }
}
