#!/bin/sh
# Makes what docker-compose.yml needs once, in a directory: passwords, a certificate authority, Kafka's certificate and
# its server.properties. Needs a JRE (keytool) and nothing else. What exists already stays as it is.
set -eu
umask 077

dir=$1
kafka_data=${2:-/var/lib/kafka/data}
[ -f "$dir/complete" ] && exit 0

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Says what keytool said only if it failed; it takes passwords from files, so that no list of processes shows them.
run_keytool() {
    keytool "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        echo "setup: keytool $1 failed" >&2
        exit 1
    }
}

password() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

mkdir -p "$dir"
cd "$dir"
for name in postgres kafka keystore; do
    password >"$name-password"
done

rm -f ca.p12 kafka.p12
run_keytool -genkeypair -alias ca -keystore ca.p12 -storetype PKCS12 -storepass:file keystore-password \
    -keyalg EC -groupname secp256r1 -dname "CN=Tailrace test CA" -validity 3650 \
    -ext bc:critical=ca:true -ext ku:critical=keyCertSign,cRLSign
run_keytool -exportcert -alias ca -keystore ca.p12 -storepass:file keystore-password -rfc -file ca.pem

run_keytool -genkeypair -alias kafka -keystore kafka.p12 -storetype PKCS12 -storepass:file keystore-password \
    -keyalg EC -groupname secp256r1 -dname "CN=kafka" -validity 3650
run_keytool -certreq -alias kafka -keystore kafka.p12 -storepass:file keystore-password -file kafka.csr
run_keytool -gencert -alias ca -keystore ca.p12 -storepass:file keystore-password -infile kafka.csr -outfile kafka.pem \
    -rfc -validity 3650 -ext san=dns:kafka,dns:localhost,ip:127.0.0.1 -ext eku=serverAuth
run_keytool -importcert -noprompt -alias ca -keystore kafka.p12 -storepass:file keystore-password -file ca.pem
run_keytool -importcert -noprompt -alias kafka -keystore kafka.p12 -storepass:file keystore-password -file kafka.pem
rm -f kafka.csr kafka.pem

# SASL/PLAIN inside TLS. SCRAM would be the better choice for a Kafka that stays; its users are made by a command whose
# arguments hold the password.
cat >kafka.properties <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:19094
controller.listener.names=CONTROLLER
listeners=NETWORK://:19093,HOST://:19092,CONTROLLER://127.0.0.1:19094,INTERNAL://127.0.0.1:19095
advertised.listeners=NETWORK://kafka:19093,HOST://localhost:19092,INTERNAL://127.0.0.1:19095
listener.security.protocol.map=NETWORK:SASL_SSL,HOST:SASL_SSL,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT
inter.broker.listener.name=INTERNAL
sasl.enabled.mechanisms=PLAIN
listener.name.network.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_tailrace="$(cat kafka-password)";
listener.name.host.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_tailrace="$(cat kafka-password)";
ssl.keystore.type=PKCS12
ssl.keystore.location=$(pwd)/kafka.p12
ssl.keystore.password=$(cat keystore-password)
log.dirs=$kafka_data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
EOF

# For ./tailrace kafka TOOL … and other clients on the host.
cat >client.properties <<EOF
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="tailrace" password="$(cat kafka-password)";
ssl.truststore.type=PEM
ssl.truststore.location=ca.pem
EOF

: >complete
if [ "$(id -u)" = 0 ]; then
    # The user of both images, Kafka's and ours. Postgres reads its password as root, before it becomes itself.
    chown -R 1000:1000 .
fi
echo "setup: passwords and certificates are made"
