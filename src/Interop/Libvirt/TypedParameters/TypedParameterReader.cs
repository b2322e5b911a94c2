using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Copies libvirt's arrays of <c>virTypedParameter</c>; the arrays stay libvirt's or the caller's.</summary>
internal static unsafe class TypedParameterReader
{
    public static TypedParameterList Read(virTypedParameter* parameters, int count)
    {
        if (count <= 0)
            return TypedParameterList.Empty;
        TypedParameter[] copies = new TypedParameter[count];
        for (int i = 0; i < count; i++)
            copies[i] = Read(parameters + i);
        return new TypedParameterList(copies);
    }

    private static TypedParameter Read(virTypedParameter* native)
    {
        string name = Name(native);
        return native->type switch
        {
            TypedParameterTypes.Int => new IntParameter(name, native->value.i),
            TypedParameterTypes.UInt => new UIntParameter(name, native->value.ui),
            TypedParameterTypes.Long => new LongParameter(name, native->value.l),
            TypedParameterTypes.ULong => new ULongParameter(name, native->value.ul),
            TypedParameterTypes.Double => new DoubleParameter(name, native->value.d),
            TypedParameterTypes.Boolean => new BooleanParameter(name, native->value.b != 0),
            TypedParameterTypes.String => new StringParameter(
                name, Marshal.PtrToStringUTF8((nint)native->value.s) ?? string.Empty),
            _ => new UnknownParameter(name, native->type, native->value.ul),
        };
    }

    private static string Name(virTypedParameter* native)
    {
        ReadOnlySpan<byte> field = new(native->field, TypedParameter.MaximumNameBytes + 1);
        int end = field.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
