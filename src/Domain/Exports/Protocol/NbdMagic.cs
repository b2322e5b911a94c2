namespace LibvirtBackup.Exports.Protocol;

/// <summary>Magic numbers of the NBD protocol, by which both sides see that they are in step.</summary>
internal static class NbdMagic
{
    internal const ulong Greeting = 0x4e42444d41474943; // NBDMAGIC
    internal const ulong Option = 0x49484156454F5054; // IHAVEOPT
    internal const ulong OptionReply = 0x0003e889045565a9;
    internal const uint Request = 0x25609513;
    internal const uint ExtendedRequest = 0x21e41c71;
    internal const uint SimpleReply = 0x67446698;
    internal const uint StructuredReply = 0x668e33ef;
    internal const uint ExtendedReply = 0x6e8a278c;
}
