package io.tailrace.forwarder.cutover;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.redirect.ClientView;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Everything that is looked at before a move. Changes nothing. Stateless. */
public final class Plan {

    private Plan() {}

    /**
     * Looks at everything, on both sides.
     *
     * @param redirect whether clients are to be passed on to the target
     * @return what was found, in the order of the checks
     */
    public static List<Finding> check(ForwarderConfig config, Connection connection, boolean redirect)
            throws SQLException {
        String forwarder = config.replication().slot();
        TargetSettings settings =
                new TargetSettings(config.kafka(), config.replication().maxInFlightBytes());
        ClientView view = ClientView.of(settings.admin(), config.migration());
        List<Finding> findings = new ArrayList<>();
        new ServerFindings(connection, config.replication()).addTo(findings);
        new TopicFindings(connection, forwarder).addTo(findings);
        new ClientFindings(connection, forwarder).addTo(findings);
        new TargetFindings(connection, forwarder, view, redirect).addTo(findings);
        return findings;
    }

    /** Those without whose mending there is no move. */
    public static List<Finding> blocking(List<Finding> findings) {
        return findings.stream().filter(Finding::blocks).toList();
    }
}
