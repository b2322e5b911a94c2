using System.Buffers.Binary;
using System.Text;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>The bytes of a variable store and of swtpm's permanent state.</summary>
internal sealed record FirmwareState(byte[] Store, byte[] Tpm)
{
    /// <summary>
    /// The certificates in the TPM's memory, in hex. They are made once, with the TPM and for keys of its own, and name
    /// the domain that it was made for.
    /// </summary>
    internal IReadOnlyList<string> CertificatesFor(string domain)
    {
        var found = new List<string>();
        for (var at = 0; at + 4 < Tpm.Length; at++)
        {
            // DER: a sequence with a length of two bytes.
            if (Tpm[at] != 0x30 || Tpm[at + 1] != 0x82) continue;
            var length = 4 + BinaryPrimitives.ReadUInt16BigEndian(Tpm.AsSpan(at + 2));
            if (at + length > Tpm.Length) continue;
            var certificate = Tpm.AsSpan(at, length);
            if (certificate.IndexOf(Encoding.ASCII.GetBytes($"{domain}:")) < 0) continue;
            found.Add(Convert.ToHexString(certificate));
            at += length - 1;
        }

        return found;
    }
}
