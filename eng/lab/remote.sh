# shellcheck shell=bash
# A lab as another host: its libvirtd listens with TLS and on plain TCP, and an sshd lets root in. Whoever wants to reach
# it is in its network (lab_network); its paths, but for DIR, are its own.

# make_certificates DIR NAME: a certificate authority, and one certificate for the name, server and client alike, by the
# names that libvirt, QEMU and libnbd look for.
make_certificates() {
    local dir=$1 name=$2
    mkdir -p "$dir"
    (
        cd "$dir"
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca-cert.pem -subj /CN=lab-ca -days 2 \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
        openssl req -newkey rsa:2048 -nodes -keyout server-key.pem -out server.csr -subj "/CN=$name"
        openssl x509 -req -in server.csr -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -out server-cert.pem -days 2 \
            -extfile <(printf '%s\n' "subjectAltName=DNS:$name" extendedKeyUsage=serverAuth,clientAuth \
                keyUsage=digitalSignature,keyEncipherment basicConstraints=CA:FALSE)
        cp server-cert.pem client-cert.pem
        cp server-key.pem client-key.pem
        cp ca-cert.pem cacert.pem
        cp server-cert.pem clientcert.pem
        cp server-key.pem clientkey.pem
    ) >"$dir/log" 2>&1 || die "openssl made no certificates, see $dir/log"
}

lab_remote() {
    [ $# -eq 1 ] || die "usage: remote DIR"
    local dir=$1 pki=$1/pki
    [ "$(cat "$dir/.lab/engine")" = namespaces ] || die "'remote' needs a lab made of namespaces (LVB_LAB_ENGINE)"
    make_certificates "$pki" localhost
    make_certificates "$dir/pki-stranger" localhost
    make_certificates "$dir/pki-other-name" otherhost
    sed -i '/^listen_t.. = 0$/d' "$dir/.lab/libvirtd.conf"
    cat >>"$dir/.lab/libvirtd.conf" <<TEXT
listen_tls = 1
listen_tcp = 1
auth_tcp = "none"
ca_file = "$pki/ca-cert.pem"
cert_file = "$pki/server-cert.pem"
key_file = "$pki/server-key.pem"
TEXT
    in_lab "$dir" sh -c "echo 'backup_tls_x509_cert_dir = \"$pki\"' >>/etc/libvirt/qemu.conf"
    lab_restart_daemon "$dir"
    start_sshd "$dir"
    cat <<TEXT
ssh qemu+ssh://root@localhost:2222/system?command=$dir/ssh/ssh
tls qemu+tls://localhost/system?pkipath=$pki
tcp qemu+tcp://localhost/system
TEXT
}

# in_lab DIR COMMAND...: a program of the lab's root file system.
in_lab() {
    local init
    init=$(init_of "$1")
    shift
    nsenter --target "${init%%:*}" --mount --root --wd=/ "$@"
}

# The lab's root has no sshd: this machine's programs are put over its own, for sshd and what that starts alone.
start_sshd() {
    local dir=$1 ssh=$1/ssh init
    mkdir -p "$ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh/host"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh/user"
    cp "$ssh/user.pub" "$ssh/authorized"
    echo "[localhost]:2222 $(cut -d' ' -f1,2 "$ssh/host.pub")" >"$ssh/known"
    cat >"$ssh/sshd.conf" <<TEXT
Port 2222
ListenAddress 127.0.0.1
HostKey $ssh/host
AuthorizedKeysFile $ssh/authorized
PidFile $ssh/pid
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
TEXT
    cat >"$ssh/config" <<TEXT
Host *
  UserKnownHostsFile $ssh/known
  GlobalKnownHostsFile /dev/null
  IdentityFile $ssh/user
  IdentitiesOnly yes
TEXT
    printf '#!/bin/sh\nexec ssh -F %s "$@"\n' "$ssh/config" >"$ssh/ssh"
    chmod 755 "$ssh/ssh"
    in_lab "$dir" sh -c "grep -q ^sshd: /etc/passwd || echo sshd:x:109:65534::/run/sshd:/usr/sbin/nologin >>/etc/passwd
        mkdir -p /run/sshd /run/libvirt && ln -sf '$dir/sock/libvirt-sock' /run/libvirt/libvirt-sock"
    init=$(init_of "$dir")
    # In its process namespace, so that it ends with the lab; /usr is bound before the change of root.
    nsenter --target "${init%%:*}" --mount --net --pid -- unshare --mount --propagation private sh -c '
        mount --bind /usr "$1/.lab/mount/root/usr" && cd / &&
        exec chroot "$1/.lab/mount/root" /usr/sbin/sshd -f "$1/ssh/sshd.conf" -E "$1/ssh/log"' sshd "$dir" \
        || die "$dir: sshd does not start: $(tail -1 "$ssh/log" 2>/dev/null)"
}

# lab_network DIR COMMAND...: a command of this machine in the lab's network.
lab_network() {
    local init
    init=$(init_of "${1:?usage: network DIR COMMAND...}")
    shift
    exec nsenter --target "${init%%:*}" --net "$@"
}
