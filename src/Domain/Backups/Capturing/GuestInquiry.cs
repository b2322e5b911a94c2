using System.Globalization;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Capturing;

/// <summary>Asks the guest agent what the guest is, when one is connected, and not for long.</summary>
internal sealed class GuestInquiry(LibvirtDomain domain, TimeProvider time)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    internal async Task<IReadOnlyDictionary<string, string>> AskAsync(
        DomainXml live, CancellationToken cancellationToken)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (live.GuestAgent != GuestAgentChannel.Connected) return facts;
        try
        {
            // No type is given: libvirt then leaves out what this agent cannot tell, instead of failing.
            var answer = await domain.GetGuestInfoAsync(VirDomainGuestInfoTypes.None, CancellationToken.None)
                .WaitAsync(s_longest, time, cancellationToken).ConfigureAwait(false);
            foreach (var parameter in answer.Where(parameter => IsWanted(parameter.Name)))
                facts[parameter.Name] = TextOf(parameter);
        }
        catch (Exception e) when (e is LibvirtException or TimeoutException)
        {
            // Who the guest is, is of use to people only.
        }

        return facts;
    }

    private static bool IsWanted(string name) =>
        name.StartsWith("os.", StringComparison.Ordinal)
        || name.StartsWith("timezone.", StringComparison.Ordinal)
        || name.StartsWith("fs.", StringComparison.Ordinal)
        || name == "hostname";

    private static string TextOf(TypedParameter parameter) => parameter switch
    {
        StringParameter { Value: var value } => value,
        IntParameter { Value: var value } => value.ToString(CultureInfo.InvariantCulture),
        UIntParameter { Value: var value } => value.ToString(CultureInfo.InvariantCulture),
        LongParameter { Value: var value } => value.ToString(CultureInfo.InvariantCulture),
        ULongParameter { Value: var value } => value.ToString(CultureInfo.InvariantCulture),
        BooleanParameter { Value: var value } => value ? "true" : "false",
        _ => "",
    };
}
