using LibvirtBackup.Generator.Description;

namespace LibvirtBackup.Generator.Wrappers.Shapes;

/// <summary>Arrays whose memory is the caller's.</summary>
internal static class ArrayShapes
{
    /// <summary>An array of texts or numbers that libvirt reads.</summary>
    public static void Array(Shape shape)
    {
        if (shape.Parameter.Type.Base == "char")
        {
            shape.Public("ReadOnlySpan<string>");
            shape.Before($"using Utf8Array {shape.Local} = new({shape.Name});");
            shape.Pass($"{shape.Local}.Pointer");
        }
        else
        {
            Pin(shape, $"ReadOnlySpan<{shape.PointedType}>", shape.PointedType);
        }

        shape.PassCount($"{shape.Name}.Length");
    }

    /// <summary>Bytes that libvirt reads.</summary>
    public static void Bytes(Shape shape)
    {
        Pin(shape, "ReadOnlySpan<byte>", "byte");
        shape.PassCount($"{shape.Name}.Length");
    }

    /// <summary>Bytes that libvirt writes; the caller's memory, so that no copy is made.</summary>
    public static void Buffer(Shape shape)
    {
        Pin(shape, "Span<byte>", "byte");
        shape.PassCount($"{shape.Name}.Length");
    }

    /// <summary>Bytes that libvirt writes, as many as an expression over other parameters says.</summary>
    public static void Span(Shape shape)
    {
        shape.Before($"ArgumentOutOfRangeException.ThrowIfLessThan({shape.Name}.Length, (long){shape.Argument});");
        Pin(shape, "Span<byte>", "byte");
    }

    /// <summary>Handles, ended by a null pointer.</summary>
    public static void NullTerminated(Shape shape)
    {
        StructSymbol symbol = shape.Struct(shape.Parameter.Type.Base);
        shape.Public($"ReadOnlySpan<{Types.Naming.Handle(symbol)}>");
        shape.Before($"using HandleArray {shape.Local} = new({shape.Name});");
        shape.Pass($"{shape.Local}.Pointer");
        shape.Plan.HasHandle = true;
    }

    /// <summary>Texts that libvirt allocates into an array of ours; the result counts them.</summary>
    public static void Names(Shape shape)
    {
        shape.Before($"using NativeBuffer<nint> {shape.Local} = new({shape.Argument});");
        shape.Pass($"(byte**){shape.Local}.Pointer");
        shape.Return(
            "string[]",
            $"NativeText.TakeItems((byte**){shape.Local}.Pointer, result)",
            "The texts, at most as many as asked for.");
        shape.Plan.ResultIsCount = true;
    }

    /// <summary>Values that libvirt writes into an array of ours; the result counts them.</summary>
    public static void Fill(Shape shape)
    {
        string type = shape.PointedType;
        shape.Before($"using NativeBuffer<{type}> {shape.Local} = new({shape.Argument});");
        shape.Pass($"{shape.Local}.Pointer");
        if (shape.Parameter.Type.Pointers == 0)
        {
            string copy = StructCopies.TypeOf(shape.Struct(shape.Parameter.Type.Base));
            string copies = $"NativeArray.Copy({shape.Local}.Pointer, result, &{copy}.Copy)";
            shape.Return($"{copy}[]", copies, "Copies of the filled structs.");
        }
        else
        {
            string copies = $"new ReadOnlySpan<{type}>({shape.Local}.Pointer, result).ToArray()";
            shape.Return($"{type}[]", copies, "The filled values.");
        }

        shape.Plan.ResultIsCount = true;
    }

    private static void Pin(Shape shape, string managed, string element)
    {
        shape.Public(managed);
        shape.Plan.Pins.Add($"fixed ({element}* {shape.Local} = {shape.Name})");
        shape.Pass(shape.Local);
    }
}
