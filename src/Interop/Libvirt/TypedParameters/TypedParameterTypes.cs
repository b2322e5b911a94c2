namespace LibvirtBackup.Interop.Libvirt;

/// <summary>libvirt's numbers of the parameter types (<c>virTypedParameterType</c>).</summary>
internal static class TypedParameterTypes
{
    public const int Int = 1;
    public const int UInt = 2;
    public const int Long = 3;
    public const int ULong = 4;
    public const int Double = 5;
    public const int Boolean = 6;
    public const int String = 7;
}
