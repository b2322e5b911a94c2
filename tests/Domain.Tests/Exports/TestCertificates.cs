namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>An authority, and certificates of it for a server and a client, as QEMU and libnbd look for them.</summary>
internal static class TestCertificates
{
    internal static async Task MakeAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        string[] names = ["server", "client"];
        await Tools.SucceedAsync(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=authority", "-keyout", $"{directory}/ca-key.pem", "-out", $"{directory}/ca-cert.pem");
        foreach (var name in names)
        {
            await Tools.SucceedAsync(
                "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", $"{directory}/{name}-key.pem",
                "-out", $"{directory}/{name}.csr");
            await Tools.SucceedAsync(
                "openssl", "x509", "-req", "-in", $"{directory}/{name}.csr", "-CA", $"{directory}/ca-cert.pem",
                "-CAkey", $"{directory}/ca-key.pem", "-days", "2", "-copy_extensions", "copy", "-out",
                $"{directory}/{name}-cert.pem");
        }
    }
}
